/**
 * The name of a service that a plugin may ask for, together with its type.
 *
 * A token is a registered symbol, so that two installed copies of core agree on it.
 */
export interface Token<T> {
  readonly key: symbol;
  /** The word that error messages use, for example `facts`. */
  readonly name: string;
  /** Carries the type only; never present at run time. */
  readonly serviceType?: T;
}

/** Makes a token. Tokens of the same name are the same token. */
export function token<T>(name: string): Token<T> {
  return Object.freeze({ key: Symbol.for(`raremask/${name}`), name });
}

/** What a plugin asks for: its own word for each service, and the service's token. */
export type Needs = Readonly<Record<string, Token<unknown>>>;

/** The services that a plugin gets for its needs. */
export type Services<N extends Needs> = {
  readonly [K in keyof N]: N[K] extends Token<infer T> ? T : never;
};
