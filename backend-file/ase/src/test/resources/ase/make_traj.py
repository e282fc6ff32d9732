"""Writes written.traj with one writer of ASE 3.29: rows that a store appends to an empty file must give the same bytes."""
import os

import numpy as np
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from ase.constraints import FixAtoms
from ase.io import Trajectory

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "written.traj")
fixed = FixAtoms([0])
with Trajectory(path, "w") as out:
    for i in range(44):
        atoms = Atoms("OH2", positions=np.arange(9).reshape(3, 3) / 7 + i, cell=[4, 5, 6 + i], pbc=[True, False, True])
        if i % 2:
            atoms.info.update(step=i, label="frame %d é" % i, weights=np.array([0.1, 1e-7, 1e22]), nested={"a": [1, None, True]})
        if i % 5 == 0:
            atoms.set_tags([1, 2, 3])
            atoms.set_momenta(atoms.positions / 3)
            atoms.set_initial_charges([-1, 0.5, 0.5])
            atoms.set_initial_magnetic_moments([1, 2, 3])
        atoms.set_constraint(fixed)
        atoms.set_masses([16, 1, 2.014])
        if i % 3 == 0:
            calc = SinglePointCalculator(atoms, energy=-i / 3, forces=-atoms.positions, stress=np.arange(6.0), magmom=float(i),
                                         magmoms=np.ones(3), dipole=np.array([0.0, 1e-5, 1e16]), free_energy=1.0 * i)
            atoms.calc = calc
        out.write(atoms)
