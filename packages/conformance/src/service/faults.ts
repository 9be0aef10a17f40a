import { fault } from '../errors.ts';

export function otherService(where: string, service: string, expected: string, got: string) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_SERVICE_TYPE',
    where,
    what: `what stands for the service ${service} is something else than the run's own`,
    expected,
    got,
    remedy: 'give what its token says, or provide a token of your own',
  });
}
