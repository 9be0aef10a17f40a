/** Marks what core itself hands to the registries of tfjs, of whichever copy of core. */
export const OWN: unique symbol = Symbol.for('raremask.own') as never;

export interface Owned {
  readonly [OWN]: true;
}
