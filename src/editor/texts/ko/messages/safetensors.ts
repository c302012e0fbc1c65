// safetensors 파일의 오류.
import type { SameKeys } from '../../../../engine/base/catalogue.ts'
import type { safetensorsMessages } from '../../../../engine/messages/safetensors.ts'

export const koSafetensors: SameKeys<typeof safetensorsMessages> = {
  tooLarge: '32비트에 들어가는 수여야 하는데 {value}입니다.',
  byteCount:
    '{name}: [{shape}] 모양의 {dtype}은(는) {expected}바이트여야 하는데 {bytes}바이트입니다.',
  beyondEnd: '{name}이(가) 파일의 끝을 넘어갑니다.',
  tooShort: 'safetensors 파일이라기에는 너무 짧습니다.',
  headerTooLong: '헤더는 {most}바이트까지인데 {bytes}바이트라고 적혀 있습니다.',
  headerNotJson: '헤더가 JSON이 아닙니다.',
  headerNotAnObject: '헤더가 JSON 객체가 아닙니다.',
  repeatedName: '헤더에 이름이 같은 텐서가 둘 있습니다.',
  noDescription: '{name}을(를) 설명하는 JSON 객체가 있어야 하는데 다른 것이 있습니다.',
  unknownType: '{name}의 형식은 읽을 수 있는 것({known}) 가운데 하나여야 하는데 {dtype}입니다.',
  shape: '{name}의 모양이 올바르지 않습니다.',
  offsets: '{name}의 오프셋이 올바르지 않습니다.',
  gap: '{name}은(는) 데이터의 {expected}번째 바이트에서 시작해야 하는데 {got}번째입니다.',
  trailingBytes: '끝의 {bytes}바이트가 어느 텐서에도 속하지 않습니다.',
}
