export { appendLine, makeFolder, writeAtomically } from '@raremask/record';
