export function schemaLines(title: string, schema: object): readonly string[];
