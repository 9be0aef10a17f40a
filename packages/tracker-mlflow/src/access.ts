import { noAddress, strangeAddress } from './errors.ts';

/** Where the server is, and how to be let in. */
export interface Access {
  /** Without user and password, so that it may be shown; without a slash at its end. */
  readonly address: string;
  /** Secret: in requests to the server alone. */
  readonly headers: Readonly<Record<string, string>>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** As MLflow's own client has it: user and password before the token, those of the environment first. */
export function accessOf(trackingUri: string | undefined, environment: Environment): Access {
  const uri = trackingUri || environment.MLFLOW_TRACKING_URI;
  if (!uri) throw noAddress();
  const url = urlOf(uri);
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw strangeAddress(url?.protocol ?? 'a path');
  }
  const user = environment.MLFLOW_TRACKING_USERNAME || decodeURIComponent(url.username);
  const password = environment.MLFLOW_TRACKING_PASSWORD || decodeURIComponent(url.password);
  const token = environment.MLFLOW_TRACKING_TOKEN;
  const authorization =
    user && password
      ? `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
      : token && `Bearer ${token}`;
  return {
    address: `${url.origin}${url.pathname}`.replace(/\/+$/, ''),
    headers: authorization ? { authorization } : {},
  };
}

export function urlOf(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
