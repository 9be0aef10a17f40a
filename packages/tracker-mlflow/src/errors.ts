import { RaremaskError } from '@raremask/core';

const WHERE = 'trackers (@raremask/tracker-mlflow)';

export function noAddress(): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_MLFLOW_NO_ADDRESS',
    category: 'manifest',
    where: WHERE,
    what: 'no MLflow server is named',
    expected: 'an address in trackers.with.trackingUri or in MLFLOW_TRACKING_URI',
    remedy: 'start one with `mlflow server` and give its address, http://127.0.0.1:5000 by default',
  });
}

export function strangeAddress(scheme: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_MLFLOW_ADDRESS',
    category: 'manifest',
    where: 'MLFLOW_TRACKING_URI',
    what: 'only a server can be written to, not its store',
    expected: 'an address that begins with http:// or https://',
    got: scheme,
    remedy: 'start `mlflow server` on that store, and give its address',
  });
}

export function noAnswer(address: string, got: string, cause: unknown): RaremaskError {
  return new RaremaskError(
    {
      code: 'RAREMASK_MLFLOW_NO_ANSWER',
      category: 'environment',
      where: address,
      what: 'the MLflow server does not answer',
      got,
      remedy: 'start it, or mend trackers.with.trackingUri or MLFLOW_TRACKING_URI',
    },
    { cause },
  );
}

export function notAllowed(address: string, status: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_MLFLOW_NOT_ALLOWED',
    category: 'environment',
    where: address,
    what: 'the MLflow server does not let this user in',
    got: `status ${status}`,
    remedy:
      'set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN, to what the server knows',
  });
}

/** @param said what the server has said of it, one line */
export function refused(address: string, status: number, said: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_MLFLOW_REFUSED',
    category: 'environment',
    where: address,
    what: 'the MLflow server answers with an error',
    got: said === '' ? `status ${status}` : `status ${status}, ${said}`,
    remedy: "look into the server's log; its version must be 2.8 or later",
  });
}

export function runLost(file: string, runId: string, address: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_MLFLOW_RUN_LOST',
    category: 'environment',
    where: file,
    what: `the MLflow server at ${address} has no run ${runId}, with which this run began`,
    remedy: 'name the server that has it, or remove the file to begin another run there',
  });
}

export function metricsLost(
  values: number,
  steps: readonly [number, number],
  cause: RaremaskError,
): RaremaskError {
  return new RaremaskError(
    {
      code: 'RAREMASK_MLFLOW_METRICS_LOST',
      category: 'environment',
      where: cause.parts.where,
      what: `${values} values of the steps ${steps[0]} to ${steps[1]} were not sent, since ${cause.parts.what}`,
      ...(cause.parts.got !== undefined && { got: cause.parts.got }),
      remedy: 'find the epochs in metrics.csv, and mend the server before the next run',
    },
    { cause },
  );
}

export function artifactsLost(
  file: string,
  sent: number,
  files: number,
  cause: RaremaskError,
): RaremaskError {
  return new RaremaskError(
    {
      code: 'RAREMASK_MLFLOW_ARTIFACTS_LOST',
      category: 'environment',
      where: cause.parts.where,
      what: `${file} and those after it were not sent (${sent} of ${files} files were), since ${cause.parts.what}`,
      ...(cause.parts.got !== undefined && { got: cause.parts.got }),
      remedy: 'send the run folder with `mlflow artifacts log-artifacts`, or set artifacts: false',
    },
    { cause },
  );
}

export function cannotKeep(file: string, cause: unknown): RaremaskError {
  return new RaremaskError(
    {
      code: 'RAREMASK_MLFLOW_KEEP',
      category: 'environment',
      where: file,
      what: 'the id of the MLflow run cannot be kept in the run folder, or read there',
      got: cause instanceof Error ? cause.message : String(cause),
      remedy: 'make room on the disk; where the file is damaged, remove it to begin another run',
    },
    { cause },
  );
}
