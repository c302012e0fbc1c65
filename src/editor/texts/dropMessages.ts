// Errors of dropped, chosen or loaded files, in English. They are translated when they are shown.
import { catalogue } from '../../engine/base/catalogue.ts'

export const dropMessages = catalogue('drops', {
  tooManyFiles: 'Expected at most {most} files in the folder, got more.',

  badAddress: 'Expected an address that begins with https:// or a path on this site, got {text}.',
  notFound: 'There is no file at {address} (status {status}).',
  checkAddress: 'Check the address, and that the file is public.',
  serverError: 'The server of {address} answered with status {status} instead of a file.',
  tryLater: 'Try again later, or download the file and drop it here.',
  notReached:
    'Could not load {address}: the server does not answer, or does not allow other sites to read the file (CORS).',
  allowReading:
    'Download the file and drop it here, or put it on a server that allows reading, such as GitHub.',
  noNetwork: 'Could not load {address}: there is no network.',
  connect: 'Connect to a network, and reload the page.',
  forbiddenHere: 'The security policy of this site does not allow loading files from {origin}.',
  allowHere: 'Download the file and drop it here.',
  unencrypted: 'This page cannot load {address}, which is not encrypted.',
  useHttps: 'Use an address that begins with https://.',
  tooLong: 'Expected a file of at most {most} MB at {address}, got more.',
  silent: 'The server of {address} sent nothing for {seconds} seconds.',
  tooSlow: 'The server of {address} did not send the complete file within {seconds} seconds.',
  cut: 'The connection to {address} ended before the file was complete.',
  cancelled: 'Loading of {address} was cancelled.',
  reload: 'Reload the page to load it.',
  webPage: '{name} is a web page, not a file.',
  useRaw: 'Use the address of the file itself, such as its raw form.',
  notWorkflow: '{name} is not a workflow.',
  dropInstead: 'Download the file and drop it on the page to see what can be done with it.',
})
