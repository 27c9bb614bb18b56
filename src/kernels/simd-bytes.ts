// Compiled from simd.wat by `npm run build:kernels`; do not edit.

/** The module up to its import of an unshared memory. */
export const HEAD =
  '+ 6 H B,+++,U1 5- T T, Q 5- T T, R 5/ T T R R, T 5/ T T T R+ 50 T T T R R+ 5. T T T+-:,. : C K1 B : B D G N-++';

/** The same for a shared memory, as in the threaded build of tfjs. */
export const SHARED_HEAD =
  '+ 6 H B,+++,U1 5- T T, Q 5- T T, R 5/ T T R R, T 5/ T T T R+ 50 T T T R R+ 5. T T T+-=,. : C K1 B : B D G N-., U U/';

/** The rest of the module. */
export const BODY =
  '.32++,-./02 327 H J B{ ; ( F J 6 G : H++: H J B{ ;y 6 < C > I J 9 : H+,; A 6 G < : H Iy 6 < C > I J 9 :+-1 L > I = > C+.0 H 8 6 A :+/0 8 A 6 B E+08 O : G Dz D Cr > C > I :+15 t62!1.// T- Q. T4 PK+K,m- I ?L-K,m U U/u/lm;L/m!?+L0K+K,m E Fm- I ?L.0K,m E FL/m;L0K+K/ ?L.6K+K/ ?L3K3K/ ?L4K4K/ ?L5-l.lK+K.{8,K+( 2.+( 4L>K6K>K>(!r,(!p,L6K+( 2.3( 4L>K7K>K>(!r,(!p,L7K3( 2.+( 4L>K8K>K>(!r,(!p,L8K3( 2.3( 4L>K9K>K>(!r,(!p,L9K4( 2.+( 4L>K:K>K>(!r,(!p,L:K4( 2.3( 4L>K;K>K>(!r,(!p,L;K5( 2.+( 4L>K<K>K>(!r,(!p,L<K5( 2.3( 4L>K=K>K>(!r,(!p,L=K+K0 ?L+K3K0 ?L3K4K0 ?L4K5K0 ?L57+66K6K7(!p,K8K9(!p,(!p,K:K;(!p,K<K=(!p,(!p,(!p,L6K6(L+K6(L, vL1K0m!?+r/lK+L56-l.lK5K-{8,K5U-+!:L2K1K2K2 x vL1K5m/ ?L57+66K16!@,.- T, Q/ PK+K,m- I ?L-K+K,m M Fm- I ?L.-l.lK+K.{8,K0K+( 2.+( 4(!l,(!p,L0K1K+( 2.3( 4(!l,(!p,L1K2K+( 2.;( 4(!l,(!p,L2K3K+( 2.C( 4(!l,(!p,L3K+mK ?L+7+66K0K1(!p,K2K3(!p,(!p,L0K0(L+K0(L, vL/-l.lK+K-{8,K/K+U-+!: o vL/K+m/ ?L+7+66K/6 p,.- T, R- PK+K,m- I ?L-K+K,m M Fm- I ?L.-l.lK+K.{8,K0K+(+/+(!`,(!i,L0K1K+(+/;(!`,(!i,L1K+mK ?L+7+66K0K1(!i,L0K0(J+K0(J, mK0(J-K0(J. m mL/-l.lK+K-{8,K/K+U-+ a mL/K+m/ ?L+7+66K/6 z,-- T/ PK+K,m- I ?L/K+K,m M Fm- I ?L0K-(>L3K.(>L4-l.lK+K0{8,K+(+/+L1K+(+/;L2K1K3(oK1K4(p(|K2K3(oK2K4(p(|(|( (/lm+:6K+mK ?L+7+66-l.lK+K/{8,K+U-+K- 2K+U-+K. 3 G/lm+:6K+m/ ?L+7+66m,6!/,-- T, PK+K-m- I ?L/K+K-m E Fm- I ?L0K.(>L1-l.lK+K0{8,K,K+(+/+K1(!f,(6/+K,K+(+/;K1(!f,(6/;K,K+(+/KK1(!f,(6/KK,K+(+/[K1(!f,(6/[K+m!?+ ?L+K,m!?+ ?L,7+66-l.lK+K/{8,K,K+U-+K. jd-+K+m/ ?L+K,m/ ?L,7+666 g,-- T- PK+K-m- I ?L0K+K-m Q Fm- I ?L1K.(>L2K/(>L3-l.lK+K1{8,K,K+(+/+K2(!k,K3(!j,(6/+K+m; ?L+K,m; ?L,7+66-l.lK+K0{8,K,K+( 1-+K2(!k,K3(!j,(J+d-+K+m/ ?L+K,m/ ?L,7+666 s,-- T, PK+K-m- I ?L.K+K-m Q Fm- I ?L/-l.lK+K/{8,K+(+/+L0K,K0K0K0(!e,o++++(>(m(z(6/+K+m; ?L+K,m; ?L,7+66-l.lK+K.{8,K+( 1-+L0K,K0K0K0(!e,o++++(>(m(z(J+d-+K+m/ ?L+K,m/ ?L,7+666';
