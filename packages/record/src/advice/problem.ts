/** What can be wrong with a training, as the sentinel names it while it runs and the verdict at its end. */
export type Problem =
  | 'background' // nothing is predicted anywhere
  | 'alarms' // something is predicted on most empty images
  | 'lost' // was good once
  | 'weak' // finds little
  | 'untested' // no image with foreground was scored
  | 'empty-silent' // empty images have no part in the gradient
  | 'term-outweighs' // one term of the loss alone decides
  | 'loss-constant'
  | 'rate-too-high'
  | 'saturated' // the same of every pixel, with all certainty
  | 'bare-batches' // most batches show no foreground
  | 'labels' // masks that belong to other images
  | 'statistics'; // running statistics that predictions suffer from
