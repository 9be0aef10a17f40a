// Builds what has changed.
import { build } from './setup.mjs';

build();
