// What is known of a machine without TensorFlow.js.
export { type Machine, thisMachine } from './machine.ts';
export {
  commandOf,
  inWordsOf,
  type PackageManager,
  PNP,
  packageManagerOf,
} from './packageManager.ts';
