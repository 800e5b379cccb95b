use std::collections::HashMap;
use std::net::Ipv4Addr;

use proptest::prelude::*;

use super::{Nodes, order};

fn nodes(count: u8) -> Vec<Ipv4Addr> {
    (1..=count).map(|last| Ipv4Addr::new(10, 0, 0, last)).collect()
}

fn counted(nodes: impl Iterator<Item = Ipv4Addr>, all: &[Ipv4Addr]) -> HashMap<Ipv4Addr, usize> {
    let mut counts: HashMap<Ipv4Addr, usize> = all.iter().map(|&node| (node, 0)).collect();
    nodes.for_each(|node| *counts.get_mut(&node).unwrap() += 1);
    counts
}

fn within_one(counts: &HashMap<Ipv4Addr, usize>) -> bool {
    counts.values().max().unwrap() - counts.values().min().unwrap() <= 1
}

proptest! {
    #[test]
    fn every_node_holds_its_share_and_every_failure_spreads_over_the_rest(count in 1_u8..9, groups in 1_usize..255) {
        let all = nodes(count);
        let orders: Vec<Vec<Ipv4Addr>> = (0..groups).map(|group| order(&all, group)).collect();
        for order in &orders {
            let mut sorted = order.clone();
            sorted.sort_unstable();
            prop_assert_eq!(&sorted, &all);
        }
        prop_assert!(within_one(&counted(orders.iter().map(|order| order[0]), &all)));
        for failed in all.iter().filter(|_| count > 1) {
            let rest: Vec<Ipv4Addr> = all.iter().copied().filter(|node| node != failed).collect();
            let heirs = orders.iter().filter(|order| order[0] == *failed).map(|order| order[1]);
            prop_assert!(within_one(&counted(heirs, &rest)));
        }
    }

    #[test]
    fn a_priority_says_the_rank(count in 1_u8..=254, group in 0_usize..255) {
        let all = nodes(count);
        let priorities: HashMap<Ipv4Addr, u8> = all
            .iter()
            .map(|&ourselves| (ourselves, Nodes { all: all.clone(), ourselves }.priority(group).get()))
            .collect();
        let order: Vec<u8> = order(&all, group).iter().map(|node| priorities[node]).collect();
        prop_assert!(order.is_sorted_by(|before, after| before > after), "{:?}", order);
        prop_assert_eq!(order[0], 254);
    }
}
