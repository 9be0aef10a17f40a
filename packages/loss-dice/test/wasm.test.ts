import { prepareBackend } from '@raremask/backends';
import { subjects } from './losses.ts';
import { describeWasm } from './wasm.ts';

describeWasm(subjects, () => prepareBackend('wasm'));
