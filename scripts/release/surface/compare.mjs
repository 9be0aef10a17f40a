// Two surfaces of a package: what has changed, and how large the change is.

/** From the smallest on. */
export const SIZES = ['none', 'patch', 'minor', 'major'];

/** Lines by what they are about. */
function parsed(text) {
  const lines = text.split('\n').filter(Boolean);
  return new Map(
    lines.map((line) => {
      const [key, promise] = line.replace(/^! /, '').split('\t');
      return [key, { promise, isAsked: line.startsWith('! ') }];
    }),
  );
}

/**
 * What differs, the largest changes first. What is gone or different is a major; what is new is a minor, unless those
 * who were there before would have to give it.
 *
 * @returns `{ size, text }` of each
 */
export function changesBetween(before, after) {
  const [old, now] = [parsed(before), parsed(after)];
  const changes = [];
  for (const [key, { promise }] of old) {
    const other = now.get(key);
    if (other === undefined) {
      // What need not be given any more may still be given.
      changes.push({
        size: key.endsWith(' (required)') ? 'minor' : 'major',
        text: `gone: ${key} ${promise}`,
      });
    } else if (other.promise !== promise) {
      changes.push({ size: 'major', text: `changed: ${key} from ${promise} to ${other.promise}` });
    }
  }
  const isNew = (key) => now.has(key) && !old.has(key);
  for (const [key, { promise, isAsked }] of now) {
    if (old.has(key)) continue;
    // A member of something that is itself new asks nothing of anybody.
    const breaks = isAsked && !ancestors(key).some(isNew);
    changes.push({
      size: breaks ? 'major' : 'minor',
      text: `new${breaks ? ', to be given' : ''}: ${key} ${promise}`,
    });
  }
  return changes.toSorted((left, right) => SIZES.indexOf(right.size) - SIZES.indexOf(left.size));
}

/** What a line is a part of: `Draw` of `Draw.id`, `train` of `train(1)`. */
function ancestors(key) {
  const places = [...key.matchAll(/[.([]| \||~/g)].map(({ index }) => key.slice(0, index));
  return places.filter((place) => place !== key && place !== '');
}

/** The size that a package needs: at most a minor where a changeset says why nobody has to change anything. */
export function neededSize(changes, isCompatible) {
  const largest = changes[0]?.size ?? 'none';
  return largest === 'major' && isCompatible ? 'minor' : largest;
}
