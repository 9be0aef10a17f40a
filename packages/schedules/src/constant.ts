import { API, defineSchedule } from '@raremask/core';

export default defineSchedule({
  name: 'constant',
  api: API,
  summary: 'The full learning rate until the end',
  create: () => ({ factor: () => 1 }),
});
