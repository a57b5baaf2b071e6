import { join } from 'node:path';
import { SearchIndex } from '../../search/searchIndex.js';
import { ContentIndex } from './contentIndex.js';
import { ContentScan } from './contentScan.js';
import type { ContentSearch } from './contentSearch.js';
import type { CoreContext } from '../context.js';

/**
 * By an index that all folders and windows of a person share. It lies with the person and not in a folder's store: one index
 * serves "all folders" too, sessions of other programs need no store of ours, and no database is ever opened that came with
 * somebody's repository. Where this Node has no SQLite, transcripts are read.
 */
export function openContent(context: CoreContext): ContentSearch {
  const index = SearchIndex.open(join(context.home, 'cache', 'search.sqlite'), context.logger);
  return index === undefined ? new ContentScan(context) : new ContentIndex(context, index);
}
