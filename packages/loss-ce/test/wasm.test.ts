import { prepareBackend } from '@raremask/backends';
import { describeWasm } from '../../loss-dice/test/wasm.ts';
import { subjects } from './losses.ts';

describeWasm(subjects, () => prepareBackend('wasm'));
