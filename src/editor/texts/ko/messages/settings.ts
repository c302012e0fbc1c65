// 주소나 명령의 설정 `Node.param = 값`이 그래프와 맞지 않을 때의 메시지.
import type { SameKeys } from '../../../../engine/base/catalogue.ts'
import type { settingMessages, settingWords } from '../../../../nodes/messages/settings.ts'

export const koSettings: SameKeys<typeof settingMessages> = {
  form: '설정은 Node.param 꼴이어야 하는데 {key}입니다.',
  unknownParam: '{title}에는 파라미터 {param}이(가) 없습니다. 있는 것: {names~}.',
  wiredParam:
    '{key}은(는) {source}에 연결되어 있어 거기서 정해집니다. {source}의 파라미터를 설정하세요.',
  severalNodes: '노드 하나가 필요한데 이름이 {name}인 노드가 {count}개입니다. id를 쓰세요: {ids}.',
  unknownNode: '노드 {name}이(가) 없습니다. 그래프에 있는 것: {names~}.',
  number: '{key}에는 수가 필요한데 {text}입니다.',
  boolean: '{key}에는 true나 false가 필요한데 {text}입니다.',
  choice: '{key}에는 {names~} 가운데 하나가 필요한데 {text}입니다.',
  file: '{key}에는 파일 이름이 필요한데 {text}입니다. 이 실행의 파일: {names~}.',
  json: '{key}에는 JSON이 필요한데 {text}입니다.',
  value: '{key}에는 {expected}이(가) 필요한데 {text}입니다.',
}

export const koSettingWords: SameKeys<typeof settingWords> = { none: '없음' }
