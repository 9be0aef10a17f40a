export { default } from './cosine.ts';
