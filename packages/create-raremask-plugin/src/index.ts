export { ScaffoldError } from './errors.ts';
export { type Scaffolded, scaffold, scaffoldKinds } from './scaffold.ts';
