import { SaxesParser } from 'saxes';

/** An element of an XML file. */
export interface Element {
  readonly name: string;
  readonly children: Element[];
  text: string;
}

/** The root element; throws an error with line and column where the text is no whole XML file. */
export function parseXml(text: string): Element {
  const top: Element = { name: '', children: [], text: '' };
  const open = [top];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name }) => {
    const element: Element = { name, children: [], text: '' };
    open.at(-1)!.children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => void open.pop());
  const add = (more: string) => {
    open.at(-1)!.text += more;
  };
  parser.on('text', add);
  parser.on('cdata', add);
  parser.write(text).close();
  return top.children[0]!;
}

/** Children of a name. */
export function childrenOf(element: Element | undefined, name: string): Element[] {
  return element?.children.filter((child) => child.name === name) ?? [];
}

export function textOf(element: Element | undefined, name: string): string | undefined {
  return childrenOf(element, name)[0]?.text.trim();
}
