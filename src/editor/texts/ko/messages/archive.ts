// ZIP과 gzip 파일, 체크포인트 폴더를 읽다 생기는 오류.
import type { SameKeys } from '../../../../engine/base/catalogue.ts'
import type { archiveMessages } from '../../../../engine/messages/archive.ts'

export const koArchive: SameKeys<typeof archiveMessages> = {
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

  // ZIP의 파일 목록
  directoryPlace: 'ZIP이 손상되었습니다. 파일 목록이 끝에 적힌 자리에 없습니다.',
  directoryEntry:
    'ZIP이 손상되었습니다. 파일 목록의 {count}개 항목 가운데 {index}번째가 잘못되었습니다.',

  // ZIP 안의 파일
  encrypted: 'ZIP 안의 {path}이(가) 암호화되어 있습니다.',
  entryPlace: 'ZIP 안의 {path}이(가) 손상되었습니다. 데이터가 뒤의 것과 겹칩니다.',
  localHeader: 'ZIP 안의 {path}이(가) 손상되었습니다. 헤더가 파일 목록과 다릅니다.',
  method:
    'ZIP 안의 {path}은(는) 압축하지 않았거나 deflate로 압축해야 하는데, 압축 방식이 {method}번입니다.',
  entryPacked: 'ZIP 안의 {path}이(가) 손상되었습니다. 압축된 데이터를 풀 수 없습니다.',
  entryLonger: 'ZIP 안의 {path}이(가) 손상되었습니다. {size}바이트여야 하는데 더 깁니다.',
  entryShorter: 'ZIP 안의 {path}이(가) 손상되었습니다. {size}바이트여야 하는데 더 짧습니다.',
  crc: 'ZIP 안의 {path}이(가) 손상되었습니다. CRC-32가 {expected}이어야(여야) 하는데 {got}입니다.',
  entryTooLarge: 'ZIP 안의 {path}은(는) {most}바이트까지인데 {size}바이트입니다.',
  ratio: 'ZIP 안의 {path}은(는) 풀었을 때 압축된 크기의 {most}배까지인데 더 큽니다.',

  // gzip
  gzipHeader: 'gzip 파일이 손상되었습니다. 헤더가 올바르지 않습니다.',
  gzipCutOff: 'gzip 파일이 손상되었습니다. 끝이 없습니다.',
  gzipPacked: 'gzip 파일이 손상되었습니다. 압축된 데이터를 풀 수 없습니다.',
  gzipLarger: 'gzip 파일을 푼 크기는 {most}바이트까지인데 더 큽니다.',
  gzipSize:
    'gzip 파일이 손상되었습니다. 끝에 적힌 대로 {expected}바이트여야 하는데 {got}바이트입니다.',
  gzipCrc: 'gzip 파일이 손상되었습니다. CRC-32가 {expected}이어야(여야) 하는데 {got}입니다.',

  // 해결 방법
  downloadAgain: '파일을 다시 받거나 복사하세요. 잘렸거나 바뀌었습니다.',
  repack: '다른 프로그램으로 풀어서 보통 ZIP으로 다시 묶으세요.',
  fewer: '더 작은 파일을 고르거나, 풀어서 필요한 것만 고르세요.',
  choose: '이 프로그램이 저장한 ZIP이나, diffusers의 UNet2DModel이 든 폴더를 고르세요.',
}
