import { describeLaws } from '../../loss-dice/test/laws.ts';
import { subjects } from './losses.ts';

describeLaws(subjects);
