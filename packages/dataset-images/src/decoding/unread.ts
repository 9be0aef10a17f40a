/** Why a file is not read though nothing is wrong with it: what it has, and what to do. */
export class Unread extends Error {
  readonly remedy: string;

  constructor(has: string, remedy: string) {
    super(has);
    this.remedy = remedy;
  }
}
