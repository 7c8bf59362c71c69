/** Every bound of the system by name; units come last. What an operator may change stands in `config.ts` instead. */
export const limits = {
  // HTTP
  bodyBytesMax: 1_048_576,
  importBytesMax: 2_147_483_648,
  pageSizeMax: 100,
  pageSizeDefault: 24,
  listedRowsMax: 10_000,
  queryLengthMax: 500,
  requestTimeoutMs: 30_000,
  /** As fastify's own, for connections that it has not seen yet. */
  keepAliveMs: 72_000,
  idempotencyWaitMs: 10_000,
  idempotencyKeptMs: 24 * 3_600_000,
  idempotencyLeaseMs: 30_000,
  /** Of a cart's command, which may run twice at once: its cart applies it once. */
  idempotencyHotLeaseMs: 2_000,
  idempotencyKeyLengthMax: 255,

  // pages
  pageCacheBytesMax: 134_217_728,
  /** How long a page that is past its time may be served while it is rendered anew. */
  pageStaleMs: 5_000,
  /** More than are purged while an answer is made; who is older than the last of them keeps nothing. */
  purgesRememberedMax: 20_000,
  formFieldsMax: 500,
  /** Products in a file of the sitemap: in both languages they stay below what search engines take, 50,000 in all. */
  sitemapBlockMax: 10_000,
  sitemapBatchMax: 500,
  sitemapKnownMs: 600_000,
  formBytesMax: 262_144,
  /** A form that brings files: the largest product (250 details of three fields, 30 pictures) and one picture. */
  fileFormFieldsMax: 1_000,
  fileFormBytesMax: 13_631_488,
  categoriesOfferedMax: 500,
  attributeNameMax: 100,
  attributeValueMax: 10_000,
  attributesMax: 250,
  imagesMax: 30,
  /** A seller's products whose stock is compared to show the lowest first. */
  stockComparedMax: 1_000,

  // PostgreSQL
  poolMax: 24,
  poolSharedMax: 8,
  statementTimeoutMs: 15_000,
  /**
   * Larger groups make a convoy: everybody waits for PostgreSQL, then PostgreSQL for Node. Smaller ones on one hot
   * product wait for each other's row lock. Orders a second of 512 clients: 64 → 2,559, 128 → 3,131, 256 → 3,577,
   * 512 → 2,431.
   */
  groupSizeMax: 256,
  groupQueueMax: 20_000,
  /** Buckets whose groups of one kind are at work, where each has its own: half of a split process's connections. */
  bucketsAtOnceMax: 4,
  groupRetriesMax: 5,
  /** Then the row lock decides: on a hot product most tries are in vain, and each costs as much as deciding. */
  optimisticTriesMax: 2,

  // Redis
  /** Far above what it takes, so that only a server that hangs is passed by. */
  redisTimeoutMs: 500,
  redisQueueMax: 100_000,
  /** Products with more units than this are not counted by the gate: nobody is refused there. */
  gateUnitsMax: 5_000,
  /** What could be sold of one product a second at most: how long "there is plenty" is true for sure. */
  gateUnitsPerSecond: 5_000,
  gatePlentyMsMax: 30_000,
  gatePlentyKnownMax: 100_000,
  /** How long the gate waits to hear what the ledger answered. */
  gateAnswerMs: 10_000,
  /** After a hold's end: the ledger's sweeper tells of it long before. */
  gateGraceMs: 30_000,
  gateProductsPerRead: 500,
  gateIdsOnWayMax: 1_000,

  // events
  eventBatchMax: 500,
  eventPollMs: 500,
  eventRetryMaxMs: 30_000,
  /** How far behind a reader is is counted up to here. */
  eventLagCountedMax: 10_000,
  eventKeptMs: 7 * 24 * 3_600_000,

  // rpc
  rpcTimeoutMs: 10_000,
  rpcRetriesMax: 2,
  rpcConnectionsMax: 32,
  rpcBodyBytesMax: 16_777_216,

  // shop
  cartLinesMax: 100,
  cartQuantityMax: 999,
  cartGuestTtlMs: 7 * 24 * 3_600_000,
  cartUserTtlMs: 30 * 24 * 3_600_000,
  /** A cart that is only looked at is written to renew its life at most this often; it lives that much longer. */
  cartRenewMs: 3_600_000,
  /** How long "there is no such cart" is remembered, so that guests without one don't ask the backup each time. */
  cartAbsentTtlMs: 60_000,
  /** Erased: the empty cart that keeps late writes away. */
  cartForgottenTtlMs: 3_600_000,
  cartCommandsKept: 64,
  cartMergesKept: 8,
  cartBackupDelayMs: 250,
  cartBackupBatchMax: 1_000,
  cartBackupsWaitingMax: 100_000,
  addressesMax: 50,
  idsPerReadMax: 500,
  factsPerReadMax: 1_000,
  sweepBatchMax: 500,
  /** Of one reconciliation that somebody asks for. */
  reconciledMs: 31 * 86_400_000,
  paymentDeadlineMs: 60_000,
  /** How long the one who ended an order gives its money and goods back alone; after that the sweeper does it too. */
  undoDeadlineMs: 5_000,
  holdAfterDeclineMs: 300_000,
  joinOrderMs: 20_000,
  joinOrderPollMs: 50,
  stuckAfterTries: 10,
  /** How far the clocks of two machines of one shop may be apart. */
  clockSkewMaxMs: 60_000,
  figureStepsMax: 400,
  /** The best sellers are found among this many of a span's last orders. */
  figureOrdersMax: 50_000,
  liveSecondsMax: 120,
  /** How long what was read for one dashboard serves all of them. */
  liveSecondsKeptMs: 1_000,
  liveTodayKeptMs: 5_000,
  lowStockCachedMs: 5_000,

  // the admin's live feed
  liveListenersMax: 50,
  liveTickMs: 1_000,
  liveBufferBytesMax: 4_096,
  /** A stream ends after this long and the browser opens another: who is no longer staff gets none. */
  liveStreamMs: 10 * 60_000,
  /** How long visits are remembered, minute by minute. */
  visitMinutesKept: 1_440,

  // catalog
  filterTextMax: 200,
  relatedMax: 24,
  /** Below a category that is searched for related products; each costs a probe of the index for its best ones. */
  relatedCategoriesMax: 64,
  /** Told in one transaction that their seller has a new name, and how many such before the rename is answered. */
  renameBatchMax: 500,
  renameBatchesMax: 20,
  productCacheBytesMax: 67_108_864,
  categoriesRefreshMs: 1_000,
  importBatchMax: 500,
  importErrorsMax: 100,
  importErrorsListedMax: 5,
  importLineBytesMax: 1_048_576,
  importChunkBytesMax: 1_048_576,
  importTextBytesMax: 17_179_869_184,
  importInflationMax: 250,
  importUploadMs: 24 * 3_600_000,
  /** In base64 it has to fit into one call of another process: see `rpcBodyBytesMax`. */
  pictureBytesMax: 10_485_760,
  /** With what a form adds around the file. */
  pictureFormBytesMax: 10_551_296,
  picturePixelsMax: 50_000_000,
  pictureDecodeMs: 10_000,
  picturesAtOnceMax: 1,
  picturesWaitingMax: 8,
  /** Until the last of those who wait is done. */
  pictureTimeoutMs: 60_000,
  pictureCacheBytesMax: 67_108_864,
  pictureUnusedMs: 24 * 3_600_000,
  pictureBatchMax: 200,

  // accounts
  passwordHashesMax: 3,
  passwordHashesWaitingMax: 100,
  sessionsPerReadMax: 512,
  sessionLifeMs: 30 * 24 * 3_600_000,
  sessionLifeMaxMs: 365 * 24 * 3_600_000,
  sessionRefreshMs: 24 * 3_600_000,
  verifyTokenLifeMs: 7 * 24 * 3_600_000,
  resetTokenLifeMs: 3_600_000,
  resetAnswerMs: 200,

  // search
  searchQueueMax: 512,
  /** To an OpenSearch or Elasticsearch: each waits for its answer. */
  searchConnectionsMax: 64,
  searchTimeoutMs: 5_000,
  searchWriteTimeoutMs: 60_000,
  /** Categories, and brands, that are known by name; the most products first. */
  searchNamesMax: 10_000,
  /** How old they may be. */
  searchNamesAgeMs: 30_000,
  /** Past queries that wait to be written. */
  searchQueriesWaitingMax: 1_000,
  searchBatchMax: 500,
  searchWordsMax: 256,
  searchRelaxedWordsMax: 16,
  searchCorrectedWordsMax: 8,
  searchQueriesKeptMax: 5_000,
  searchRestartMaxMs: 5_000,
  /** Changes since an index was written, before it is written again: read in about three seconds at a start. */
  searchLogBytesMax: 64 * 1024 * 1024,
  /** Rows of an index that are gone, before it is built again. */
  searchDeadShareMax: 0.3,
  searchBuildRetryMaxMs: 30_000,
  /** As much as a form can bring, mostly ASCII. */
  synonymTextMax: 50_000,
  synonymRulesMax: 2_000,
  synonymPhrasesMax: 20,
  synonymWordsMax: 6,
  synonymPhraseLengthMax: 80,
  synonymPollMs: 1_000,
  /** How long a product that somebody has looked at is not counted for them again: a reload is no second look. */
  viewKnownMs: 1_800_000,
  viewsKnownMax: 100_000,
  viewFlushMs: 2_000,
  /** Products whose views wait to be written; those of more are not counted. */
  viewedProductsMax: 10_000,
  viewsPerProductMax: 1_000_000,
  popularityPassMs: 3_000,
  /** Products whose counts wait to reach the index; more follow with their next view, or when it is built. */
  popularityWaitingMax: 100_000,
  popularityHalfLifeMs: 30 * 24 * 3_600_000,
  popularityBatchMax: 5_000,
  /** Twice as long as events are kept: until then the event of an order may come again. */
  countedOrdersKeptMs: 14 * 24 * 3_600_000,

  // outside parts
  /** Longer than the simulator's slowest answer of 2 s, and short enough for its time-outs to be watched. */
  gatewayTimeoutMs: 2_500,
  gatewayRetriesMax: 4,
  gatewayCallsMax: 64,
  gatewayQueueMax: 10_000,
  carrierTimeoutMs: 5_000,

  // the edge
  /** Until the index has followed, and what was on its way to the edge has arrived. */
  purgeAgainMs: 2_000,
  /** As many as fit into one header of Varnish, 8 KiB, with room to spare. */
  edgeKeysPerPurgeMax: 100,
  edgeKeysWaitingMax: 10_000,
  edgeTimeoutMs: 5_000,
  edgeRetryFirstMs: 100,
  edgeRetryMaxMs: 5_000,
  mailTimeoutMs: 10_000,

  // stop
  stopGraceMs: 10_000,
} as const;
