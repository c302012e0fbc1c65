// 체크포인트의 ZIP과 폴더를 읽다 생기는 오류.
import type { Translation } from '../../../../engine/base/catalogue.ts'
import type { archiveMessages } from '../../../../engine/messages/archive.ts'

export const koArchive: Translation<typeof archiveMessages> = {
  tooManyFiles: 'ZIP의 파일은 {most}개까지인데 더 많습니다.',
  tooLarge: 'ZIP을 푼 크기는 2 GiB까지인데 더 큽니다.',
  damaged: 'ZIP 파일이 아니거나 손상되었습니다.',
  twice: '{path}이(가) 두 번 있습니다.',
  empty: '폴더가 비어 있습니다.',
  outside: '폴더 안의 경로여야 하는데 {path}입니다.',
  missing: 'ZIP에 {path}이(가) 없습니다.',
  configTooLong: '설정 파일이어야 하는데 {path}은(는) {bytes}바이트로 너무 큽니다.',
  notJson: '{path}이(가) JSON이 아닙니다.',
  notAnObject: '{path}이(가) JSON 객체가 아닙니다.',
  choose: '이 프로그램이 저장한 ZIP이나, diffusers의 UNet2DModel이 든 폴더를 고르세요.',
}
