export { MetricsTable } from '@raremask/record';
