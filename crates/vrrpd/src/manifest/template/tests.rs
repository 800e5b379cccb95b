use super::{kind, objects, parse};
use crate::cli::Flavor;

#[test]
fn both_flavors_have_their_objects() {
    let kinds = |flavor| {
        let objects = objects(flavor).unwrap();
        objects
            .iter()
            .map(|object| kind(object).to_owned())
            .collect::<Vec<_>>()
    };
    let kubernetes = kinds(Flavor::Kubernetes);
    assert_eq!(
        kubernetes,
        ["Namespace", "ServiceAccount", "Deployment", "PodDisruptionBudget"]
    );
    let openshift = kinds(Flavor::Openshift);
    let rights = ["SecurityContextConstraints", "Role", "RoleBinding"];
    assert_eq!(openshift[2..5], rights);
    assert_eq!([&openshift[..2], &openshift[5..]].concat(), kubernetes);
}

#[test]
fn what_a_kustomization_patches_is_patched() {
    let namespace = &objects(Flavor::Kubernetes).unwrap()[0];
    assert_eq!(
        namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"],
        "privileged"
    );
    let openshift = objects(Flavor::Openshift).unwrap();
    let deployment = openshift
        .iter()
        .find(|object| kind(object) == "Deployment")
        .unwrap();
    let pod = &deployment["spec"]["template"];
    assert_eq!(
        pod["metadata"]["annotations"]["openshift.io/required-scc"],
        "vrrpd"
    );
    assert_eq!(pod["spec"]["nodeSelector"]["node-role.kubernetes.io/worker"], "");
}

#[test]
fn a_patch_that_is_not_understood_is_an_error() {
    let object = parse("kind: Pod\nspec: {a: 1}\n").unwrap();
    for operation in [
        "op: remove, path: /spec/a",
        "op: replace, path: /spec/b, value: 1",
        "op: add, path: /no/b, value: 1",
    ] {
        let text = format!("patches:\n- target: {{kind: Pod}}\n  patch: |-\n    - {{{operation}}}\n");
        super::kustomization::apply(&text, &mut object.clone()).unwrap_err();
        let other = text.replace("kind: Pod", "kind: Job");
        super::kustomization::apply(&other, &mut object.clone()).unwrap();
    }
    super::kustomization::apply("patches:\n- patch: 'kind: Pod'\n", &mut object.clone()).unwrap_err();
}

#[test]
fn numbers_are_read_as_kubectl_reads_them() {
    let value = &parse("a: 0555\nb: \"0555\"\nc: on\n").unwrap()[0];
    assert_eq!(value["a"], 365);
    assert_eq!(value["b"], "0555");
    assert_eq!(value["c"], true);
}
