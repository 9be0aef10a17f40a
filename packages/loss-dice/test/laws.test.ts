import { describeLaws } from './laws.ts';
import { subjects } from './losses.ts';

describeLaws(subjects);
