/** Share of a budget of time that validation may take, the last one and the scoring after it included. */
export const VALIDATION_SHARE = 0.2;
