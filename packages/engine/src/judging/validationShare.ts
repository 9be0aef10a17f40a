/** Share of a budget of time that validation may take, the last one and the scoring after it included. */
export const VALIDATION_SHARE = 0.2;

/** Where the last weights count, validations between epochs only show how it goes: they leave more to training. */
export const SHARE_OF_LAST = VALIDATION_SHARE / 2;
