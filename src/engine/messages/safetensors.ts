// Errors of safetensors files.
import { catalogue } from '../base/catalogue.ts'

export const safetensorsMessages = catalogue('safetensors', {
  tooLarge: 'Expected a number of 32 bits, got {value}.',
  byteCount: '{name}: expected {expected} bytes for {dtype} of shape [{shape}], got {bytes}.',
  beyondEnd: '{name} goes beyond the end of the file.',
  tooShort: 'The file is too short for a safetensors file.',
  headerTooLong: 'Expected a header of at most {most} bytes, got one of {bytes}.',
  headerNotJson: 'The header is not JSON.',
  headerNotAnObject: 'The header is not a JSON object.',
  repeatedName: 'Two tensors in the header have the same name.',
  noDescription: 'Expected a JSON object that describes {name}, got something else.',
  unknownType: 'Expected a type of {name} that can be read ({known}), got {dtype}.',
  shape: '{name} has no valid shape.',
  offsets: '{name} has no valid offsets.',
  gap: 'Expected {name} to begin at byte {expected} of the data, got byte {got}.',
  trailingBytes: '{bytes} bytes at the end belong to no tensor.',
})
