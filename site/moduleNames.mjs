// A plugin of typedoc: modules are called as an import calls them, `@raremask/core/loss` and not by their folder.
import { Converter } from 'typedoc';

/** @param {import('typedoc').Application} application */
export function load(application) {
  application.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.children ?? []) {
      const [name, , ...entry] = module.name.split('/');
      module.name = ['@raremask', name, ...entry].join('/');
    }
  });
}
