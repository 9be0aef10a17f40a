import { prepareBackend } from '@raremask/backends';

/** Runs before each file of tests where RAREMASK_TEST_TENSORFLOW names a folder with tfjs-node: they compute on it. */
await prepareBackend('tensorflow', process.env.RAREMASK_TEST_TENSORFLOW);
