export { default } from './flipRotate.ts';
