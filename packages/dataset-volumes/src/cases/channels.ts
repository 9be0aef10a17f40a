/**
 * Files of each case, channel after channel, as nnU-Net calls them: the case, _ and the number of the channel.
 *
 * @param names in the order of their characters
 * @param stemOf a name without what says the format
 * @returns undefined where names have no numbers of channels, or one is missing
 */
export function channelsByCase(
  names: readonly string[],
  stemOf = (name: string) => name,
): ReadonlyMap<string, string[]> | undefined {
  const cases = new Map<string, string[]>();
  for (const name of names) {
    const [, id, channel] = /^(.+)_(\d{4})$/.exec(stemOf(name)) ?? [];
    if (id === undefined) return undefined;
    const own = cases.get(id) ?? [];
    if (Number(channel) !== own.length) return undefined;
    cases.set(id, [...own, name]);
  }
  return cases;
}
