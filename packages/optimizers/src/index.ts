export { default } from './adam.ts';
