export { type Box, type Components, type Connectivity, components } from './components.ts';
export { type ScoreDefinition, type ScoreKey, scoreDefinitions } from './definitions.ts';
export type { MetricsError } from './errors.ts';
export { IGNORE, type ImageScore, type RegionScore, type ScoreInput, scoreImage } from './score.ts';
export { type Conventions, type Summary, type SummaryOptions, summarize } from './summary.ts';
