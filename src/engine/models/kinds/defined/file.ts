// File format of a defined kind of model: its config as it is, and weights with PyTorch's layouts.
import { viewText } from '../../../base/viewTexts.ts'
import { checkpointMessages } from '../../../messages/checkpoint.ts'
import { ownClass, type ModelFile } from '../file.ts'
import type { ModelDefinition } from './definition.ts'
import { getClassName } from './definition.ts'

/** Key of the kind beside the config, for hosts that do not know it. Readers ignore such keys. */
export const OWN_KIND = '_kind'

/** The format of a definition. */
export function definedFile(definition: ModelDefinition): ModelFile<object> {
  const className = getClassName(definition)
  return {
    folder: 'model',
    classNames: [className],
    refusal: () => checkpointMessages.noOwnKind({ name: className }),
    write: (config) => ownClass(className, { ...config, [OWN_KIND]: definition.kind }),
    describe: (_, item) => viewText('ownModel', className, item),
  }
}
