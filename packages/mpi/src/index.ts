import { Communicator } from './communicator.ts';
import { withoutServer } from './errors.ts';
import { canMeet, type Launch } from './launch.ts';
import { openLibrary } from './library.ts';

export { Communicator } from './communicator.ts';
export { type Launch, launchOf, type MpiFamily } from './launch.ts';

/**
 * Joins the processes that a launcher has started with this one.
 *
 * @param launch of `launchOf(process.env)`
 * @param library the file of the MPI library, where it is not to be looked for
 * @throws RaremaskError where koffi or an MPI is missing, or where the processes do not find each other
 */
export async function joinProcesses(launch: Launch, library?: string): Promise<Communicator> {
  if (!canMeet(launch, process.env)) throw withoutServer(launch);
  return new Communicator(await openLibrary(launch, library), launch);
}
