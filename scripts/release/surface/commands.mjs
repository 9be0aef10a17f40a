// What a command line takes, a line for each command, argument and option; what its help says is not part of it.

/**
 * @param command of commander, with all commands below it
 * @param path what is written before it
 */
export function commandLines(command, path = command.name()) {
  const title = `command ${path}`;
  return [
    ...command.registeredArguments.flatMap((argument, index) =>
      argumentLines(title, argument, index),
    ),
    ...command.options
      .filter(({ hidden }) => !hidden)
      .flatMap((option) => optionLines(title, option)),
    ...command
      .createHelp()
      .visibleCommands(command)
      .filter((below) => below.name() !== 'help')
      .flatMap((below) => [
        ...[below.name(), ...below.aliases()].map((name) => `command ${path} ${name}\tcommand`),
        ...commandLines(below, `${path} ${below.name()}`),
      ]),
  ];
}

/** Arguments are known by their place: their names stand in the help alone. */
function argumentLines(title, { required, variadic, argChoices }, index) {
  const key = `${title}[${index + 1}]`;
  return [
    `${key}\t${variadic ? 'words' : 'word'}`,
    ...(required ? [`! ${key} (required)\tyes`] : []),
    ...casesOf(key, argChoices),
  ];
}

function optionLines(title, option) {
  const { long, short, mandatory, argChoices, defaultValue } = option;
  const key = `${title}[${long ?? short}]`;
  return [
    `${key}\t${kindOf(option)}`,
    ...(long && short ? [`${title}[${short}]\tis ${long}`] : []),
    ...(mandatory ? [`! ${key} (required)\tyes`] : []),
    ...(defaultValue === undefined ? [] : [`${key} (default)\t${JSON.stringify(defaultValue)}`]),
    ...casesOf(key, argChoices),
  ];
}

function kindOf(option) {
  if (option.isBoolean()) return 'flag';
  const kind = option.optional ? 'value or nothing' : 'value';
  return option.variadic || collects(option) ? `${kind}, any number of times` : kind;
}

/** Whether values that are given one after the other are all kept. */
function collects({ parseArg }) {
  try {
    return Array.isArray(parseArg?.('second', ['first']));
  } catch {
    return false;
  }
}

function casesOf(key, choices = []) {
  return choices.map((choice) => `${key} | ${JSON.stringify(choice)}\tcase`);
}
