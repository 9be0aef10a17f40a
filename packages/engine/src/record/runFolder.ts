export {
  chooseCheckpoint,
  createRunFolder,
  type Environment,
  openRunFolder,
  type RunFolder,
  runFolder,
  writeJson,
} from '@raremask/record';
