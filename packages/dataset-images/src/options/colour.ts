/** A colour as the manifest writes it. */
export const COLOUR = /^#[0-9a-fA-F]{6}$/;

/** Red, green and blue of 8 bits as one number. */
export function colourNumber(text: string): number {
  return Number.parseInt(text.slice(1), 16);
}

export function colourText(number: number): string {
  return `#${number.toString(16).padStart(6, '0')}`;
}
