import { RaremaskError } from '@raremask/core';

export function unknownInSurvey(id: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SURVEY_UNKNOWN_ID',
    category: 'plugin',
    where: id,
    what: 'the survey has no image with this id',
    expected: 'an id of one of the splits',
    remedy: 'ask for ids of survey.train, or of the draws',
  });
}
