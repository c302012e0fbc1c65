// Errors of archives: ZIPs and folders of checkpoints.
import { catalogue } from '../base/catalogue.ts'

export const archiveMessages = catalogue('archive', {
  tooManyFiles: 'Expected at most {most} files in the ZIP, got more.',
  tooLarge: 'Expected at most 2 GiB in the ZIP, got more.',
  damaged: 'The file is not a ZIP, or it is damaged.',
  twice: '{path} is there twice.',
  empty: 'The folder is empty.',
  outside: 'Expected a path inside the folder, got {path}.',
  missing: '{path} is missing in the ZIP.',
  configTooLong: 'Expected a configuration, got {path} with {bytes} bytes, too long for one.',
  notJson: '{path} is not JSON.',
  notAnObject: '{path} is not a JSON object.',
  choose: 'Choose a ZIP that this program saved, or the folder of a UNet2DModel of diffusers.',
})
