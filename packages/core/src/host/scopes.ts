import 'reflect-metadata';
import { type DependencyContainer, container as root } from 'tsyringe';
import type { Token } from '../contracts/token.ts';
import { serviceInUse, serviceProvidedTwice } from './errors.ts';
import { type Held, isDisposable } from './giveBack.ts';

/** Whose eyes a service is seen through. */
export interface Position {
  /** Place in the manifest, for example `loss[0]`. */
  readonly place: string;
  /** Name of the plugin. */
  readonly name: string;
}

/** A service, and how it is made. */
export interface Provision<T = unknown> {
  readonly token: Token<T>;
  /** Called once, when the first plugin asks; all plugins of the scope share what it returns. */
  readonly make: () => T | Promise<T>;
}

/** Pairs a token with a maker of the token's type. */
export function provision<T>(token: Token<T>, make: () => T | Promise<T>): Provision<T> {
  return { token, make };
}

const POSITION = Symbol('position');

/**
 * A scope of services. What it has not, its parent has. Nothing but this class sees a container.
 *
 * Factories are plain functions, remembered here: a lifecycle of the container would capture the
 * services of the first plugin that asks, and a second registration would win without a word.
 */
export class Scope {
  readonly #container: DependencyContainer;
  readonly #parent: Scope | undefined;
  readonly #entries = new Map<symbol, { readonly name: string; taken: boolean }>();
  /** What the services of this scope made and must give back, oldest first. */
  readonly made: Held[] = [];

  constructor(parent?: Scope) {
    this.#parent = parent;
    this.#container = (parent === undefined ? root : parent.#container).createChildContainer();
  }

  /**
   * A service that all plugins of the scope share.
   *
   * @param by the plugin that provides it; left out, the run itself
   */
  share<T>(
    token: Token<T>,
    make: () => T | Promise<T>,
    replace: boolean,
    by: Pick<Held, 'where' | 'url'> = { where: `service ${token.name}` },
  ): void {
    let result: Promise<T> | undefined;
    this.#register(token, replace, () => {
      result ??= Promise.resolve()
        .then(make)
        .then((service) => {
          if (isDisposable(service)) this.made.push({ ...by, made: service });
          return service;
        });
      return result;
    });
  }

  /** A service that every plugin gets its own view of, by its position. */
  view<T>(token: Token<T>, make: (position: Position) => T, replace: boolean): void {
    this.#register(token, replace, (position) => Promise.resolve(make(position)));
  }

  #register(
    token: Token<unknown>,
    replace: boolean,
    make: (position: Position) => Promise<unknown>,
  ): void {
    if (this.has(token) && !replace) throw serviceProvidedTwice(token.name);
    if (this.#entries.get(token.key)?.taken) throw serviceInUse(token.name);
    const entry = { name: token.name, taken: false };
    this.#entries.set(token.key, entry);
    this.#container.register(token.key, {
      useFactory: (asking) => {
        entry.taken = true;
        return make(asking.resolve<Position>(POSITION));
      },
    });
  }

  has(token: Token<unknown>): boolean {
    return this.#container.isRegistered(token.key, true);
  }

  /** Names of all services in reach, in alphabetical order. */
  names(): string[] {
    const own = [...this.#entries.values()].map(({ name }) => name);
    return [...new Set([...own, ...(this.#parent?.names() ?? [])])].sort();
  }

  /** The services as one plugin sees them; its scope is a child of this one. */
  at(position: Position): <T>(token: Token<T>) => Promise<T> {
    const plugin = this.#container.createChildContainer();
    plugin.registerInstance(POSITION, position);
    return (token) => plugin.resolve(token.key);
  }
}
