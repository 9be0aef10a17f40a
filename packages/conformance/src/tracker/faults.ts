import { at, fault, type Place, reason } from '../errors.ts';

/** @param folder of the run, another one in each trial */
export function trackerThrows(place: Place, cause: unknown, folder: string) {
  return fault(
    {
      code: 'RAREMASK_CONFORMANCE_TRACKER_THROWS',
      where: at(place),
      what: 'the tracker throws, and would hear nothing more of the run',
      expected: 'that it takes whatever happens in a run',
      got: reason(cause).replaceAll(folder, 'the run folder'),
      remedy:
        'take scores that are null, epochs without validation, events of unknown types, and runs that end early',
    },
    cause,
  );
}

export function trackerMember(where: string, member: string, expected: string, got: unknown) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_TRACKER_MEMBER',
    where,
    what: `${member} is unusable`,
    expected,
    got: typeof got === 'function' ? 'a function' : (JSON.stringify(got) ?? 'nothing'),
    remedy: 'write it as core describes the members of a tracker',
  });
}
