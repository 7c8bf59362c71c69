// What every page of the shop gets in a browser with JavaScript; without it everything works too.
import { addsToCart } from './add-to-cart.ts';
import { countsDown } from './count-down.ts';
import { filtersList } from './filter-list.ts';
import { followsTyping } from './follow-typing.ts';
import { hidesMissingPictures } from './missing-pictures.ts';
import { findProductList } from './product-list.ts';
import { quotesTotals } from './quote-totals.ts';
import { remembersProduct } from './remember-product.ts';
import { sendsOnce } from './send-once.ts';
import { showsMe } from './show-me.ts';
import { showsPasswords } from './show-password.ts';
import { swapsParts } from './swap-part.ts';
import { tellsOffline } from './tell-offline.ts';
import { tellsPaying } from './tell-paying.ts';
import { turnsGallery } from './turn-gallery.ts';
import { waitsForOrder } from './wait-for-order.ts';

hidesMissingPictures();
tellsOffline();
showsMe();
addsToCart();
turnsGallery();
remembersProduct();
showsPasswords();
sendsOnce();
countsDown();
tellsPaying();
quotesTotals();
swapsParts();
waitsForOrder();

const list = findProductList();
filtersList(list);
followsTyping(list);
