import type { Logger } from '../model/logger.js';
import type { Source } from '../sources/source.js';
import type { StoreLocation } from '../store/location.js';
import type { Store } from '../store/store.js';
import type { Config } from './config/config.js';
import type { ContentSearch } from './search/contentSearch.js';
import type { HiddenRows } from './foreign/hiddenRows.js';
import type { MovedFolders } from './foreign/movedFolders.js';
import type { PermissionRules } from './turns/permissionRules.js';
import type { OwnIds } from './foreign/ownIds.js';
import type { Seal } from './seal.js';
import type { ToldOffers } from './config/toldOffers.js';
import type { TrustedModes } from './turns/trustedModes.js';

/** What the verbs of one open folder share. */
export interface CoreContext {
  /** The folder, absolute and real. */
  readonly dir: string;
  readonly location: StoreLocation;
  readonly store: Store;
  readonly sources: readonly Source[];
  readonly config: Config;
  readonly modes: TrustedModes;
  readonly rules: PermissionRules;
  readonly hidden: HiddenRows;
  readonly moved: MovedFolders;
  readonly ownIds: OwnIds;
  readonly seal: Seal;
  readonly told: ToldOffers;
  /** `$SKEIN_HOME`. */
  readonly home: string;
  readonly program: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Makes the store where it is not there yet; before the first write. */
  readonly ensure: () => Promise<void>;
  /** Finds sessions by what was said in them. */
  readonly content: () => Promise<ContentSearch>;
  /** Closes what was opened for searching. */
  readonly close: () => Promise<void>;
  /** Sessions of the other stores that this person wrote to, for "all folders". */
  readonly otherStores: () => Promise<readonly Store[]>;
}

/** The name that our own sessions have where a source's name stands. */
export const ownSource = 'skein';
