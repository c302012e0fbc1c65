// 파라미터의 값이 맞지 않을 때.
import type { SameKeys } from '../../../../engine/base/catalogue.ts'
import type { paramMessages, paramWords } from '../../../../engine/messages/params.ts'

export const koParams: SameKeys<typeof paramMessages> = {
  wrongValue: '{param}은(는) {expected~}이어야(여야) 하는데 {got}입니다.',
  unknownKey: '설정의 키는 {keys} 가운데 있어야 하는데 {got}입니다.',
  setTo: '{expected~}(으)로 정하세요. 기본값은 {value}입니다.',
  connectOther: '{expected~}인 값을 연결하세요.',
  setAgain: '노드에서 다시 정하세요.',
}

export const koParamWords: SameKeys<typeof paramWords> = {
  integer: '정수',
  number: '수',
  integerBetween: '{min}부터 {max}까지의 정수',
  numberBetween: '{min}부터 {max}까지의 수',
  integerFrom: '{min} 이상의 정수',
  numberFrom: '{min} 이상의 수',
  integerUpTo: '{max} 이하의 정수',
  numberUpTo: '{max} 이하의 수',
  choice: '{choices} 가운데 하나',
  boolean: 'true나 false',
  zeroOrOne: '0이나 1',
  text: '텍스트',
  points: '점 [x, y]의 목록',
  checkpoint: '이름이 255자 이하이고 빗금과 제어 문자가 없는 체크포인트 { name, size, sha256 }',
  dataset: '이름이 255자 이하이고 빗금과 제어 문자가 없는 데이터 세트 { name, size, sha256 }',
}
