/** One thing that was looked at. */
export interface Finding {
  readonly name: string;
  /** absent: not there, and nothing that was asked for needs it. */
  readonly state: 'ok' | 'absent' | 'broken';
  readonly detail: string;
  /** The command, or the step, that mends it. */
  readonly remedy?: string;
}
