/**
 * Whether a file that is called by a name, or lies in a folder that is, stays below where it is written:
 * names of classes and cases may come from anyone's data.
 */
export function staysInside(name: string): boolean {
  const steps = name.split(/[\\/]/);
  return (
    steps[0] !== '' && !/^[a-z]:|\0/i.test(name) && !steps.some((step) => /^\.\.?$/.test(step))
  );
}
