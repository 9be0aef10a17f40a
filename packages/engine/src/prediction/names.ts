/** The table of all predictions; it stands there when every image has been predicted, or listed. */
export const TABLE = 'predictions.csv';
/** What could not be read; only where there is such. */
export const UNREADABLE = 'unreadable.csv';
/** The folder of what several networks do not agree in. */
export const DOUBT = 'doubt';
/** A record of each block that is done. */
export const BLOCKS = 'blocks';
