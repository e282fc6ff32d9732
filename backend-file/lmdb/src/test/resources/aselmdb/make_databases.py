"""Makes the databases here, in the layout of ase-db-backends and of fairchem 1.x. Needs ase 3.29.0, numpy, lmdb."""
import json, math, os, sys, zlib
import numpy as np
from ase import Atoms, __version__
from ase.io.jsonio import encode, decode
from ase.constraints import FixAtoms, FixCartesian, FixedLine, Hookean
from ase.calculators.singlepoint import SinglePointCalculator as SPC
from ase.db.row import AtomsRow
import ase.db.row
os.chdir(sys.argv[1])  # an empty directory
# fixed ids and times so that a second run writes the same bytes
ctr=[int(sys.argv[2]) if len(sys.argv)>2 else 3]
class U:
    def __init__(s): ctr[0]+=1; s.hex=f'{ctr[0]:032x}'
ase.db.row.uuid.uuid4=U
T0=26.0
def val(v):
    """typed JSON: scalars keep Python kind, arrays tell dtype and shape"""
    if isinstance(v,np.ndarray):
        if v.dtype.kind=='c': d=[[x.real,x.imag] for x in v.ravel()]
        elif v.dtype.kind=='f': d=[x if math.isfinite(x) else str(x) for x in v.ravel().tolist()]
        else: d=[val(x) for x in v.ravel().tolist()]
        return {'kind':'array','dtype':str(v.dtype) if v.dtype.kind!='O' else 'string','shape':list(v.shape),'data':d}
    if isinstance(v,np.generic): v=v.item()
    if v is None or isinstance(v,(bool,int,str)): return v
    if isinstance(v,float):
        if math.isnan(v): return {'kind':'float','value':'NaN'}
        if math.isinf(v): return {'kind':'float','value':'Infinity' if v>0 else '-Infinity'}
        return {'kind':'float','value':v}
    if isinstance(v,complex): return {'kind':'complex','value':[v.real,v.imag]}
    if isinstance(v,(list,tuple)): return {'kind':'list','items':[val(x) for x in v]}
    if isinstance(v,dict): return {'kind':'map','entries':[[val(k),val(x)] for k,x in v.items()]}
    raise TypeError(type(v))
def fr(a):
    d={'natoms':len(a),'cell':a.cell.tolist(),'pbc':a.pbc.tolist(),
       'arrays':{k:val(v) for k,v in a.arrays.items()},
       'info':[[val(k),val(v)] for k,v in a.info.items()]}
    if a.calc is not None:
        d['calculator']={'name':a.calc.name,'results':{k:val(v) for k,v in a.calc.results.items()},'parameters':val(dict(a.calc.parameters))}
    if a.constraints: d['constraints']=[c.todict() for c in a.constraints]
    return d
def water(e=-1.5):
    a=Atoms('OH2',positions=[[0,0,0.119262],[0,0.763239,-0.477047],[0,-0.763239,-0.477047]])
    return a
def full():
    a=water(); a.cell=[[4,0,0],[.5,5,0],[0,0,6]]; a.pbc=[1,0,1]
    a.set_tags([0,1,2]); a.set_masses([16,1,2]); a.set_momenta(np.arange(9.).reshape(3,3)/7); a.set_initial_charges([-.8,.4,.4]); a.set_initial_magnetic_moments([1,0,-1]); a.set_array('custom',np.arange(3))
    a.set_constraint([FixAtoms([0]),FixCartesian([1],[1,0,1]),Hookean(0,1,5.0,1.0),FixedLine([2],[1,0,0])])
    a.info={'s':'é☃','n':1,'f':1.5,'arr':np.arange(3),'f32':np.float32([1,2]),'cplx':1+2j,'carr':np.array([1j,2]),'d':{'k':[1,2],'1':2},'12':'digit key','b':True,'none':None,'t':(1,(2,3)),'nan':float('nan'),'sarr':np.array(['a','bc']),'e':[]}
    a.calc=SPC(a,energy=-1.5,free_energy=-1.6,forces=np.arange(9.).reshape(3,3),stress=np.arange(6.),dipole=np.array([1,2,3.]),magmom=1.0,magmoms=np.array([1.,2,3]),charges=np.ones(3),energies=np.ones(3),stresses=np.zeros((3,6)))
    a.calc.parameters={'xc':'PBE','kpts':[1,2,3]}
    return a
import lmdb
def plain(o):
    if isinstance(o,np.ndarray): return o.tolist()
    if isinstance(o,dict): return {k:plain(v) for k,v in o.items()}
    if isinstance(o,(list,tuple)): return [plain(x) for x in o]
    if isinstance(o,np.generic): return o.item()
    return o
def z(o,style): return zlib.compress((encode(o) if style=='ase' else json.dumps(plain(o),separators=(',',':'),ensure_ascii=False)).encode())
def mk(name,rows,style,deleted=(),meta=None):
    env=lmdb.open(name,map_size=1<<24,subdir=False,meminit=True,lock=False)
    with env.begin(write=True) as t:
        for i,(a,kvp,data) in enumerate(rows,1):
            if i in deleted: continue
            row=AtomsRow(a); row.ctime=T0; row.user='golden'
            d={k:row[k] for k in row.__dict__ if k[0]!='_' and k not in row._keys and k!='id'}
            d['mtime']=T0
            if kvp: d['key_value_pairs']=kvp
            if data or style=='ase': d['data']=data
            if row._constraints: d['constraints']=row._constraints
            d['cell']=np.asarray(d['cell'])
            t.put(str(i).encode(),z(d,style))
        t.put(b'nextid',z(len(rows)+1,style))
        if deleted: t.put(b'deleted_ids',z(list(deleted),style))
        if meta is not None: t.put(b'metadata',z(meta,style))
    env.close()
    if os.path.exists(name+'-lock'): os.remove(name+'-lock')
def rd(name):
    env=lmdb.open(name,subdir=False,readonly=True,lock=False); o=[]
    with env.begin() as t:
        g=lambda k: (lambda b: None if b is None else json.loads(zlib.decompress(b)))(t.get(k))
        keys=[k.decode() for k in t.cursor().iternext(keys=True,values=False)]
        nid=g(b'nextid'); dl=g(b'deleted_ids') or []; raw={str(i):g(str(i).encode()) for i in range(1,nid) if i not in dl}
        meta=g(b'metadata')
    env.close(); return keys,nid,dl,meta,raw
f2=full(); 
def small(i): 
    a=water(); a.positions+=i; a.calc=SPC(a,energy=-float(i),forces=np.full((3,3),.5*i)); return a
R=[(f2,{'foo':'bar','num':1.5},{'charge':0,'spin':1,'source':'x/y','mulliken':np.array([.1,.2,.3]),'warnings':[],'nested':{'k':[1,'a']}})]+[(small(i),{},{'sid':f's{i}'}) for i in range(2,13)]
mk('rows.aselmdb',R,'ase',deleted=(3,7),meta={'title':'golden','n':1})
mk('old-style.aselmdb',R[:2],'plain')
os.makedirs('shards',exist_ok=True)
mk('shards/data0000.aselmdb',R[1:4],'ase'); mk('shards/data0001.aselmdb',R[4:6],'ase')
np.savez('shards/metadata.npz',natoms=np.array([3]*5),data_ids=np.array(['golden']*5))
for n in ['rows.aselmdb','old-style.aselmdb','shards/data0000.aselmdb','shards/data0001.aselmdb']:
    k,nid,dl,meta,raw=rd(n); at=[AtomsRow({**decode(json.dumps(v)),'id':int(i)}).toatoms() for i,v in raw.items()]
    json.dump({'file':n,'ase':__version__,'origin':'assembled with lmdb, zlib and the ASE row and JSON encoders','frames_of_first_two_ids':[fr(x) for x in (at[:2] if 'shards' not in n else [])],'keys_in_btree_order':k,'nextid':nid,'deleted_ids':dl,'metadata':meta,'rows_json':raw},open(n+'.json','w'),separators=(',',':'),ensure_ascii=False)
